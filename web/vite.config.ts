import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // All styles are 8 KB in one file; one file per screen would cost a phone more.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      // One chunk for what the entry imports, so that index.html preloads no module. Chrome's parser would request such a module early,
      // could not use the service worker's response, would request it again, and log a warning.
      // And one for what several screens share.
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], priority: 2 },
            { name: 'shared', minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:5000', '/docs': 'http://127.0.0.1:5000' } },
})
