// Redirects to other hosts and paths, and with or without a slash at the end: all of them in one
// answer, so that nobody is sent from one address to the next.
// Browsers read //evil.com and /\evil.com as another host, and skip control characters.
function safePath(path) {
  return '/' + escaped(path.replace(/^[\/\\\x00-\x20]+/, ''), /[\x00-\x20"<>\\^\x60{|}\x7f-\uffff]+/g);
}

function escaped(text, pattern) {
  return text.replace(pattern, encodeURIComponent);
}

function queryString(values) {
  var pairs = [];
  Object.keys(values).forEach(function (name) {
    (values[name].multiValue || [values[name]]).forEach(function (item) {
      pairs.push(part(name) + (item.value === '' ? '' : '=' + part(item.value)));
    });
  });
  return pairs.join('&');
}

// CloudFront leaves names and values as they were encoded.
function part(text) {
  return escaped(text, /[^A-Za-z0-9\-._~!$'()*+,;:@\/?%=]+/g);
}

function own(table, name) {
  return Object.prototype.hasOwnProperty.call(table, name) ? table[name] : undefined;
}

// The entry of a path, as target and status; the longest wildcard if the path has no own entry.
function entryOf(uri, parameters, wildcards) {
  var exact = own(parameters.paths, uri);
  if (exact || !wildcards) return exact;
  for (var i = 0; i < parameters.prefixes.length; i++) {
    var start = parameters.prefixes[i][0];
    if (uri.indexOf(start) === 0) {
      var target = parameters.prefixes[i][1];
      var rest = uri.slice(start.length);
      var star = target.indexOf('*');
      if (star >= 0) {
        // What follows a host must not begin with another one.
        rest = escaped(rest.replace(/^[\/\\]+/, ''), /[\x00-\x20"<>\\^\x60{|}\x7f-\uffff]+/g);
        target = target.slice(0, star) + rest + target.slice(star + 1);
      }
      return [target, parameters.prefixes[i][2]];
    }
  }
}

function handler(event, parameters) {
  var request = event.request;
  var uri = request.uri;
  var wellKnown = uri.indexOf('/.well-known/') === 0;
  var host = wellKnown || !request.headers.host
    ? undefined : own(parameters.hosts, request.headers.host.value.toLowerCase());
  var entry = entryOf(uri, parameters, !wellKnown);
  var status = entry ? entry[1] : parameters.status;
  var path = entry ? entry[0] : uri;
  var origin = host ? 'https://' + host : '';
  if (path.charAt(0) !== '/') {
    origin = '';
  } else {
    if (parameters.slash && !wellKnown && !/[?#]/.test(path) &&
        !isFile(path, parameters.extensions)) {
      if (parameters.slash === 'add' && path.charAt(path.length - 1) !== '/') path += '/';
      if (parameters.slash === 'remove') path = path.replace(/\/+$/, '') || '/';
    }
    if (path !== uri || host) path = safePath(path);
    if (path === uri && !host) return;
  }
  // A browser that is sent to another host repeats a POST as GET unless the status forbids it.
  if (host && !entry && request.method !== 'GET' && request.method !== 'HEAD') status = 308;
  var query = typeof request.rawQueryString === 'function'
    ? request.rawQueryString() : queryString(request.querystring);
  var location = origin + path;
  if (query) {
    var hash = location.indexOf('#');
    var end = hash < 0 ? '' : location.slice(hash);
    location = hash < 0 ? location : location.slice(0, hash);
    location += (location.indexOf('?') < 0 ? '?' : '&') + query + end;
  }
  var headers = {location: {value: location}};
  // Without it, a browser never asks again.
  if (status === 301 || status === 308) headers['cache-control'] = {value: 'max-age=3600'};
  return {statusCode: status, statusDescription: parameters.reasons[status], headers: headers};
}
