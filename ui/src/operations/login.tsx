// Who wants to see more than what everybody may shows a token. It is kept for this tab alone and sent as a header alone.
import { useRef, useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import './login.css'
import { login, type Session } from './session.ts'

interface LoginProps {
  readonly service: Session | null
  /** Why one is asked again. */
  readonly reason: string | null
}

export function Login({ service, reason }: LoginProps) {
  const field = useRef<HTMLInputElement>(null)
  const [wrong, setWrong] = useState(reason)
  const [asking, setAsking] = useState(false)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const token = (field.current?.value ?? '').trim().replace(/^bearer\s+/i, '')
    if (token === '' || asking) return
    if (!/^[\x21-\x7e]+$/.test(token)) return setWrong('A token has no spaces and no letters beyond ASCII.')
    setAsking(true)
    const problem = await login(token)
    setAsking(false)
    setWrong(problem)
    if (problem !== null) field.current?.select()
  }
  return (
    <form class="card login" onSubmit={(event) => void submit(event)} aria-labelledby="login-title">
      <h2 id="login-title">Log in</h2>
      <p class="dim">
        {service === null ? 'The service' : <b>{service.service}</b>} shows its figures to whoever has a token for them.
        What is seen follows from its role.
      </p>
      <label for="token">Token</label>
      <div class="login-field">
        <input
          ref={field}
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="Paste it and press Enter"
          aria-invalid={wrong !== null}
          aria-describedby="login-wrong login-note"
          // The first thing that is done here.
          autofocus
        />
        <button type="submit" class="button button-strong" disabled={asking}>
          Log in
        </button>
      </div>
      <p id="login-wrong" class="login-wrong" role="alert">
        {wrong !== null && (
          <>
            <Icon name="alert" size={14} />
            <span>{wrong}</span>
          </>
        )}
      </p>
      <p id="login-note" class="card-note">
        It is kept for this tab alone, until it is closed or you log out.
      </p>
    </form>
  )
}
