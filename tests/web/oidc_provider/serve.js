// An OpenID provider on this machine: node serve.js PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI. Whoever signs in is who they say.
import Provider from 'oidc-provider'

const [port, client_id, client_secret, redirect_uri] = process.argv.slice(2)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id, client_secret, redirect_uris: [redirect_uri], token_endpoint_auth_method: 'client_secret_basic' }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: sub, email: `${sub}@example.net`, email_verified: !sub.startsWith('unsure') })
  }),
  pkce: { required: () => true },
  ttl: { Interaction: 600, Session: 600, Grant: 600 }
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
