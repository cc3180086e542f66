/** The path of each screen that has a file of its own. The build reads them too, so that the server can name that file at once. */
export const screenPaths = {
  LoginScreen: '/login',
  RegisterScreen: '/register',
  RecoverScreen: '/recover',
  StatisticsScreen: '/statistics',
  DayScreen: '/day/:day',
  RecordsScreen: '/records',
  NowScreen: '/now',
  BoardScreen: '/board',
  MeScreen: '/me',
  StudentNumberScreen: '/me/student-number',
} as const
