import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { stampStyles } from './nonce.ts'
import './console.css'
import './admin.css'
import './list.css'
import './call.css'
import './ticket.css'
import './risk.css'
import './chats.css'
import './translation.css'

stampStyles()
const root = document.getElementById('root')
if (!root) throw new Error('the page has no #root')
createRoot(root).render(<App />)
