/** The path of each screen that has a file of its own. The build uses it to tell the server which scripts a path needs. */
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
