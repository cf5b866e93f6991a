// Lambda@Edge: admit viewers with a JSON Web Token of an issuer, signed with RS256 or ES256.
// The keys are fetched from the issuer and kept while the function is warm.
'use strict';
const crypto = require('crypto');
const https = require('https');
const CONFIG = {};
const KEEP = 3600000;
const PAUSE = 60000;
const SKEW = 60;
let keys = [];
let fetched = -Infinity;

function getJson(url) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, {timeout: 1500}, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
        if (text.length > 200000) request.destroy(new Error('too large: ' + url));
      });
      response.on('end', () => {
        try {
          if (response.statusCode !== 200) throw new Error(response.statusCode + ' from ' + url);
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer from ' + url)));
    request.on('error', reject);
  });
}

async function keyOf(kid) {
  const find = () => keys.find((key) => key.kid === kid);
  const age = Date.now() - fetched;
  // A key that is not known may be new, but anybody can make one up.
  if (age > KEEP || (!find() && age > PAUSE)) {
    let url = CONFIG.jwks;
    if (!url) {
      const base = CONFIG.issuer.replace(/\/$/, '');
      url = (await getJson(base + '/.well-known/openid-configuration')).jwks_uri;
    }
    keys = (await getJson(url)).keys;
    fetched = Date.now();
  }
  return find();
}

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

async function isValid(token) {
  const parts = token.split('.');
  if (parts.length !== 3) return false;
  let header, claims;
  try {
    header = decode(parts[0]);
    claims = decode(parts[1]);
  } catch (error) {
    return false;
  }
  if (!header || !claims || header.crit) return false;
  const kind = {RS256: 'RSA', ES256: 'EC'}[header.alg];
  if (!kind) return false;
  const key = await keyOf(header.kid);
  if (!key || key.kty !== kind || (key.use && key.use !== 'sig')) return false;
  if (kind === 'EC' && key.crv !== 'P-256') return false;
  const signature = Buffer.from(parts[2], 'base64url');
  const signed = Buffer.from(parts[0] + '.' + parts[1]);
  const publicKey = {key: crypto.createPublicKey({key, format: 'jwk'}), dsaEncoding: 'ieee-p1363'};
  if (!crypto.verify('sha256', signed, publicKey, signature)) return false;
  const now = Date.now() / 1000;
  const audiences = [].concat(claims.aud === undefined ? claims.client_id : claims.aud);
  return claims.iss === CONFIG.issuer &&
    audiences.some((item) => CONFIG.audience.includes(item)) &&
    typeof claims.exp === 'number' && claims.exp > now - SKEW &&
    (claims.nbf === undefined || claims.nbf < now + SKEW);
}

function tokenOf(headers) {
  const sent = headers.authorization;
  const bearer = sent && /^bearer +(\S+)$/i.exec(sent[0].value);
  if (bearer) return bearer[1];
  if (!CONFIG.cookie) return '';
  for (const header of headers.cookie || []) {
    for (const pair of header.value.split(';')) {
      const end = pair.indexOf('=');
      if (pair.slice(0, end).trim() === CONFIG.cookie) return pair.slice(end + 1).trim();
    }
  }
  return '';
}

const answer = (status, description, headers) => ({
  status, statusDescription: description,
  headers: Object.assign({'cache-control': [{value: 'no-store'}]}, headers),
  body: '{"message":"' + description + '"}',
});

exports.handler = async (event) => {
  const request = event.Records[0].cf.request;
  try {
    if (await isValid(tokenOf(request.headers))) return request;
  } catch (error) {
    console.error(error);
    return answer('503', 'Service Unavailable', {'retry-after': [{value: '10'}]});
  }
  return answer('401', 'Unauthorized', {'www-authenticate': [{value: 'Bearer'}]});
};
