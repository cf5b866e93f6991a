// A site of pages: a folder gets its index document. With html, /about is /about.html.
function handler(event, parameters) {
  var uri = event.request.uri;
  if (uri.indexOf('/.well-known/') === 0) return;
  if (uri.charAt(uri.length - 1) === '/') {
    event.request.uri = uri + parameters.index;
  } else if (!isFile(uri, parameters.extensions)) {
    event.request.uri = uri + (parameters.html ? '.html' : '/' + parameters.index);
  }
}
