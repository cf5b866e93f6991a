// Run the Lambda@Edge function of EdgeAuth.jwt: {code, key, cases} on stdin, the answers on stdout.
// Each case has claims, a header and what is sent; the issuer is a stand-in for the module https.
const crypto = require('crypto');
const {EventEmitter} = require('events');
const vm = require('vm');

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const pairs = {
  RS256: crypto.generateKeyPairSync('rsa', {modulusLength: 2048}),
  ES256: crypto.generateKeyPairSync('ec', {namedCurve: 'P-256'}),
  other: crypto.generateKeyPairSync('ec', {namedCurve: 'P-256'}),
};
const jwks = ['RS256', 'ES256'].map((alg) => ({
  ...pairs[alg].publicKey.export({format: 'jwk'}), kid: alg, use: 'sig',
}));

function tokenOf({alg = 'ES256', kid = alg, signer = alg, claims = {}, tamper}) {
  const now = Math.floor(Date.now() / 1000);
  const all = {iss: 'https://issuer.example', aud: 'shop', exp: now + 300, ...claims};
  for (const name of ['exp', 'nbf']) if (claims[name]) all[name] = now + claims[name];
  const signed = encode({alg, kid}) + '.' + encode(all);
  if (alg === 'none') return signed + '.';
  if (alg === 'HS256') {
    const key = pairs.RS256.publicKey.export({format: 'pem', type: 'spki'});
    return signed + '.' + crypto.createHmac('sha256', key).update(signed).digest('base64url');
  }
  const key = {key: pairs[signer].privateKey, dsaEncoding: 'ieee-p1363'};
  const signature = crypto.sign('sha256', Buffer.from(signed), key).toString('base64url');
  return tamper ? encode({alg, kid}) + '.' + encode({...all, sub: 'admin'}) + '.' + signature
    : signed + '.' + signature;
}

function load(code, isDown) {
  const requested = [];
  const https = {get(url, options, callback) {
    const request = new EventEmitter();
    request.destroy = (error) => request.emit('error', error);
    requested.push(url);
    setImmediate(() => {
      if (isDown) return request.emit('error', new Error('refused'));
      const response = new EventEmitter();
      response.statusCode = 200;
      callback(response);
      const found = url.endsWith('openid-configuration')
        ? {jwks_uri: 'https://issuer.example/keys'} : {keys: jwks};
      response.emit('data', JSON.stringify(found));
      response.emit('end');
    });
    return request;
  }};
  const sandbox = {exports: {}, Buffer, console: {error() {}},
    require: (name) => (name === 'https' ? https : require(name))};
  vm.runInNewContext(code, sandbox);
  return {handler: sandbox.exports.handler, requested};
}

let text = '';
process.stdin.on('data', (part) => { text += part; });
process.stdin.on('end', async () => {
  const {code, cases} = JSON.parse(text);
  const warm = load(code, false);
  const answers = [];
  for (const item of cases) {
    const {handler} = item.isDown ? load(code, true) : warm;
    const value = item.sent === undefined ? (item.cookie ? '' : 'Bearer ') : item.sent;
    const token = tokenOf(item);
    const headers = item.cookie
      ? {cookie: [{value: 'a=b; ' + item.cookie + '=' + token}]}
      : {authorization: [{value: item.sent === undefined ? value + token : value}]};
    const event = {Records: [{cf: {request: {uri: '/x', headers}}}]};
    const answer = await handler(event);
    answers.push(answer.uri ? 200 : Number(answer.status));
  }
  const none = await warm.handler({Records: [{cf: {request: {uri: '/x', headers: {}}}}]});
  process.stdout.write(JSON.stringify({answers, none, requested: warm.requested}));
});
