import { createApp } from 'vue'
import App from './App.vue'
import { applyPreferredTheme } from './appearance/theme.ts'
import { preferredLanguage, useLanguage } from './messages/messages.ts'
import { openOutbox } from './outbox/outbox.ts'
import { router } from './router.ts'
import './styles.css'
import { loadServiceInfo } from './session/service-info.ts'
import { watchSession } from './session/session.ts'
import { installServiceWorker } from './shell/service-worker.ts'

applyPreferredTheme()
void begin()

/** A function, since an entry that awaits at its top level is cut into many files. */
async function begin(): Promise<void> {
  await useLanguage(preferredLanguage())
  watchSession()
  void openOutbox()
  void loadServiceInfo()
  const app = createApp(App).use(router)
  await router.isReady()
  app.mount('#app')
  installServiceWorker()
}
