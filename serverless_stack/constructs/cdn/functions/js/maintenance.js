// The page that replaces all others; people get HTML, programs JSON. Some addresses pass.
// Return the bytes of an IPv4 or IPv6 address.
function bytes(address) {
  if (address.indexOf(':') < 0) return address.split('.').map(Number);
  var dotted = address.indexOf('.') < 0 ? null : address.slice(address.lastIndexOf(':') + 1);
  if (dotted) {
    var four = bytes(dotted);
    address = address.slice(0, -dotted.length) +
      (four[0] * 256 + four[1]).toString(16) + ':' + (four[2] * 256 + four[3]).toString(16);
  }
  var halves = address.split('::');
  var head = halves[0] ? halves[0].split(':') : [];
  var tail = halves[1] ? halves[1].split(':') : [];
  var result = [];
  while (halves.length > 1 && head.length + tail.length < 8) head.push('0');
  head.concat(tail).forEach(function (group) {
    var number = parseInt(group, 16);
    result.push(number >> 8, number & 255);
  });
  return result;
}

// A network is its bytes and the length of its prefix.
function contains(network, address) {
  if (network[0].length !== address.length) return false;
  for (var i = 0; i < address.length; i++) {
    var bits = Math.min(8, Math.max(0, network[1] - 8 * i));
    var mask = 256 - Math.pow(2, 8 - bits);
    if ((network[0][i] & mask) !== (address[i] & mask)) return false;
  }
  return true;
}

function handler(event, parameters) {
  var address = bytes(event.viewer.ip);
  for (var i = 0; i < parameters.networks.length; i++) {
    if (contains(parameters.networks[i], address)) return;
  }
  var accept = event.request.headers.accept;
  var html = accept && accept.value.indexOf('text/html') >= 0;
  return {
    statusCode: 503,
    statusDescription: 'Service Unavailable',
    headers: {
      'cache-control': {value: 'no-store'},
      'content-type': {value: html ? 'text/html; charset=utf-8' : 'application/json'},
      'retry-after': {value: parameters.retryAfter},
    },
    body: {encoding: 'text', data: html ? parameters.page : '{"message":"Service Unavailable"}'},
  };
}
