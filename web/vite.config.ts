import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { pageRoutes } from './dev/page-routes.ts'
import { precompress } from './dev/precompress.ts'

const root = dirname(fileURLToPath(import.meta.url))

/** While pages are developed (`vite --config web/vite.config.ts`), a hub started with `npm start` answers for the API. */
const hub = 'http://127.0.0.1:3000'
const proxy = { '/api': hub, '/channels': hub, '/c/api': hub, '/e/api': hub }

export default defineConfig({
  root,
  // The server puts a fresh nonce in place of this word in every HTML answer (src/http/pages.ts).
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [react(), pageRoutes(), precompress(join(root, 'dist', 'assets'))],
  server: { proxy },
  preview: { proxy },
  build: {
    outDir: join(root, 'dist'),
    emptyOutDir: true,
    // Customers come with old phones.
    target: ['chrome70', 'safari12.1', 'firefox78'],
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        console: join(root, 'console/index.html'),
        form: join(root, 'customer/form.html'),
        progress: join(root, 'customer/progress.html'),
        job: join(root, 'engineer/job.html'),
      },
    },
  },
})
