import '../style/layers.css'
import { render } from 'preact'
import { listenToKeys } from '../shell/keys.ts'
import { listen } from '../shell/place.ts'
import { startTheme } from '../shell/theme.ts'
import { App } from './app.tsx'
import { startSeconds } from './clock.tsx'
import { startFigures } from './figure.ts'
import { enter } from './session.ts'
import '../style/tokens.css'
import '../style/base.css'
import '../style/page.css'

startTheme()
listen()
listenToKeys()
startSeconds()
startFigures()
void enter()
render(<App />, document.body)
