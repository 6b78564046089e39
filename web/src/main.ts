import 'element-plus/dist/index.css'
import '@/styles/tokens.css'
import '@/styles/base.css'
import '@/styles/element.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { whenSignedOut } from '@/api/http'
import App from '@/App.vue'
import { i18n } from '@/i18n'
import { router } from '@/router'
import { useSession } from '@/session/store'
import { commandOnce } from '@/ui/once'

commandOnce(window)
const app = createApp(App).use(createPinia()).use(i18n)

whenSignedOut(() => {
  const session = useSession()
  if (session.user === null) return
  session.forget()
  void router.replace({
    name: 'sign-in',
    query: { next: router.currentRoute.value.fullPath, ended: '1' },
  })
})

// The router is installed by App once the session is known: guards need it.
app.mount('#app')
