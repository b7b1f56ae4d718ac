// The admin listener: where our endpoints answer unless they are mounted on the application's own server.
import { count, duration, flag, section, text } from './kind.ts'

export const server = section('The admin listener, for `/metrics`, health and the console.', {
  enabled: flag('Opens the listener unless the endpoints are mounted on the application.', true),
  host: text('Address to listen on.', { as: 'host', default: '127.0.0.1' }),
  port: count('Port to listen on; 0 takes a free one.', { max: 65535, default: 9464 }),
  header_timeout: duration('How long a client may take to send its headers.', { default: '10s' }),
})
