// Which keys hold secrets. A key is judged by its words: snake, camel, kebab and dotted spellings are equal, and the
// whole key or its last words must be a secret's name. So `db.password`, `userAccessToken` and `X-Api-Key` are
// secret, while `provider_tokens` and `session_count` are not (a substring match would take them too).

/** What a key says about its value. */
export type Verdict = 0 | 1 | 2 | 3 | 4
/** Nothing: the value is looked at. */
export const SCAN: Verdict = 0
/** A secret: the value is replaced whole. */
export const SECRET: Verdict = 1
/** A URL or a query: its credentials and secret parameters are replaced. */
export const URL_VALUE: Verdict = 2
/** Mostly words of a fixed vocabulary and numbers: looked at only where it is longer than such a word. */
export const CLEAN: Verdict = 3
/** The key itself holds a secret, such as a map from token to user: key and value are looked at. */
export const TAINTED: Verdict = 4

/** Why something was replaced: never what. */
export interface Finding {
  /** `key`, `url`, the name of a detector, or that of a pattern of one's own. */
  readonly by: string
  /** The key whose value it was. */
  readonly key?: string
}

/** Names of secrets with their separators taken out; a key of several words matches by its last one to four. */
const SECRET_NAMES = [
  ...['password', 'passwords', 'passwd', 'passphrase', 'passcode', 'pwd', 'passwordhash', 'secret', 'secrets'],
  ...['pgpassword', 'dbpass', 'smtppass', 'userpass', 'passwordconfirmation', 'passworddigest', 'passwordenc'],
  ...['clientsecret', 'secretkey', 'secretaccesskey', 'accesssecret', 'accesssecretenc', 'sharedsecret'],
  ...['secretvalue', 'secretstring', 'tokenvalue', 'tokenhash', 'accountkey', 'storagekey', 'sharedaccesssignature'],
  ...['token', 'accesstoken', 'refreshtoken', 'idtoken', 'bearertoken', 'authtoken', 'jwt', 'bearer'],
  ...['apikey', 'apikeys', 'xapikey', 'accesskey', 'accesskeyid', 'authkey', 'signingkey', 'encryptionkey'],
  ...['privatekey', 'privatekeyenc', 'sshprivatekey', 'sshprivatekeyenc', 'authorization', 'proxyauthorization'],
  ...['cookie', 'cookies', 'setcookie', 'credential', 'credentials', 'sessionid', 'sid', 'csrf', 'xsrf', 'otp', 'pin'],
  ...['jsessionid', 'phpsessid', 'aspsessionid', 'sessid', 'xapitoken', 'authorizationcode', 'mfacode', 'totp'],
  ...['stripecustomerid', 'paymentreference', 'cardnumber', 'creditcard', 'cvv', 'cvc', 'ssn', 'iban'],
  ...['email', 'emails', 'emailaddress', 'username'],
] as const

const URL_NAMES = new Set([
  ...['url.full', 'url.query', 'url.fragment', 'url.original', 'http.url', 'http.target', 'url', 'uri', 'href'],
  ...['http.request.header.referer', 'http.request.header.origin', 'http.response.header.location', 'referer'],
  ...['referrer', 'location', 'request.url', 'req.url', 'db.connection_string'],
])

const CLEAN_NAMES = new Set([
  ...['http.request.method', 'http.response.status_code', 'http.route', 'url.scheme', 'network.protocol.name'],
  ...['network.protocol.version', 'network.peer.port', 'network.peer.address', 'network.transport', 'server.port'],
  ...['client.port', 'db.system.name', 'messaging.system', 'messaging.operation.type', 'process.pid', 'thread.id'],
])

const NOT_ASCII = /[^\x00-\x7f]/
/** What counts up at the end of a name: `password2`, `token_1`. */
const NUMBER = /\d+$/

const CACHE = 4096
/** Keys may come from a client: what is remembered of them is bounded in bytes too. */
const CACHED_LENGTH = 128

/** Splits at separators and humps: `sshPrivateKey_enc` → ssh, private, key, enc; `HTTPToken` → http, token. */
export function wordsOf(key: string): string[] {
  // Full-width and other compatibility letters are read as what they look like.
  return (NOT_ASCII.test(key) ? key.normalize('NFKC') : key)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

/** A copy of its own: V8 keeps the whole text that a slice was cut from, a URL of 16 KB for a key of ten characters. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

/**
 * Judges keys and remembers what it said; at most 4 096 answers are kept, then it starts afresh. `taints` says whether a
 * key that no name condemns holds a secret itself.
 */
export function keyJudge(
  more: readonly string[] = [],
  allow: readonly string[] = [],
  taints: (key: string) => boolean = () => false,
): (key: string) => Verdict {
  const join = (name: string) => wordsOf(name).join('')
  const secret = new Set<string>([...SECRET_NAMES, ...more.map(join)])
  const allowed = new Set(allow.map(join))
  let verdicts = new Map<string, Verdict>()

  function decide(key: string): Verdict {
    if (CLEAN_NAMES.has(key)) return CLEAN
    // Longer keys than any name: the end decides, and the cost stays bounded.
    const words = wordsOf(key.length > 256 ? key.slice(-256) : key)
    const plain = URL_NAMES.has(key) ? URL_VALUE : taints(key) ? TAINTED : SCAN
    if (allowed.has(words.join(''))) return plain
    if (endsInSecret(words)) return SECRET
    const last = words.at(-1)
    if (last !== undefined && NUMBER.test(last)) {
      const stem = last.replace(NUMBER, '')
      if (endsInSecret(stem === '' ? words.slice(0, -1) : [...words.slice(0, -1), stem])) return SECRET
    }
    return plain
  }

  function endsInSecret(words: readonly string[]): boolean {
    let tail = ''
    for (let i = words.length - 1; i >= 0 && words.length - i <= 4; i--) {
      tail = words[i]! + tail
      if (secret.has(tail)) return true
    }
    return false
  }

  return function judge(key) {
    const known = verdicts.get(key)
    if (known !== undefined) return known
    const verdict = decide(key)
    if (key.length > CACHED_LENGTH) return verdict
    if (verdicts.size >= CACHE) verdicts = new Map()
    verdicts.set(detached(key), verdict)
    return verdict
  }
}
