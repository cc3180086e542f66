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
import { keepFocus } from './shell/focus.ts'
import { installServiceWorker } from './shell/service-worker.ts'

followPreferredTheme()
void begin()

/** A function, since an entry that awaits at its top level is cut into many files. */
async function begin(): Promise<void> {
  // Without the file of another language, the one that is here does.
  const isSpeaking = useLanguage(preferredLanguage()).catch(() => undefined)
  watchSession()
  void openOutbox().then(startSending)
  void loadServiceInfo()
  const app = createApp(App).use(router)
  // The route's file and the language's come at the same time. Without the first, the app opens all the same, and says so.
  await Promise.all([isSpeaking, router.isReady().catch(() => undefined)])
  app.mount('#app')
  keepFocus()
  installServiceWorker()
}
