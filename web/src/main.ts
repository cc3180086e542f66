import { createApp } from 'vue'
import App from './App.vue'
import { followPreferredTheme } from './appearance/theme.ts'
import { preferredLanguage, useLanguage } from './messages/messages.ts'
import { openOutbox } from './outbox/outbox.ts'
import { startSending } from './outbox/sending.ts'
import { router } from './router.ts'
import './styles.css'
import { loadServiceInfo } from './session/service-info.ts'
import { watchSession } from './session/session.ts'
import { restoreFocus } from './shell/focus.ts'
import { installServiceWorker } from './shell/service-worker.ts'

followPreferredTheme()
void start()

/** A function, because the build splits an entry with a top-level await into many files. */
async function start(): Promise<void> {
  // If the language file cannot be loaded, the app is in Chinese.
  const languageReady = useLanguage(preferredLanguage()).catch(() => undefined)
  watchSession()
  void openOutbox().then(startSending)
  void loadServiceInfo()
  const app = createApp(App).use(router)
  // Loads the files of the route and of the language in parallel. If the route's file is missing, App.vue shows an error.
  await Promise.all([languageReady, router.isReady().catch(() => undefined)])
  app.mount('#app')
  restoreFocus()
  installServiceWorker()
}
