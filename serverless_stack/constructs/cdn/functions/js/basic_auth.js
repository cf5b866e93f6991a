// Basic authentication. The function knows a salted digest of the credentials, not the password.
import crypto from 'crypto';

// Compare texts of one length in a time that does not depend on where they differ.
function equal(one, other) {
  var difference = one.length ^ other.length;
  for (var i = 0; i < one.length; i++) {
    difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  }
  return difference === 0;
}

function handler(event, parameters) {
  var request = event.request;
  var sent = request.headers.authorization;
  var value = sent && !sent.multiValue ? sent.value : '';
  var credentials = /^basic +([A-Za-z0-9+\/]+=*) *$/i.exec(value);
  var digest = crypto.createHmac('sha256', parameters.salt)
    .update(credentials ? credentials[1] : '').digest('hex');
  if (equal(digest, parameters.digest) && credentials) {
    delete request.headers.authorization;
    return;
  }
  return {
    statusCode: 401,
    statusDescription: 'Unauthorized',
    headers: {
      'www-authenticate': {value: 'Basic realm="' + parameters.realm + '", charset="UTF-8"'},
      'cache-control': {value: 'no-store'},
      'content-type': {value: 'text/plain; charset=utf-8'},
    },
    body: {encoding: 'text', data: 'Unauthorized'},
  };
}
