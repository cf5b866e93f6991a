// A site of pages beside behaviors that decide who may see theirs. CloudFront has chosen a behavior
// by the path before it is rewritten here, so a page of another one is a redirect to it.
function handler(event, parameters) {
  var uri = event.request.uri;
  if (uri.indexOf('/.well-known/') === 0) return;
  var path = uri;
  if (uri.charAt(uri.length - 1) === '/') {
    path = uri + parameters.index;
  } else if (!isFile(uri, parameters.extensions)) {
    path = uri + (parameters.html ? '.html' : '/' + parameters.index);
  }
  if (path !== uri && isGuarded(path, parameters.guards)) {
    return redirect(event, parameters, [path, 302]);
  }
  event.request.uri = path;
}
