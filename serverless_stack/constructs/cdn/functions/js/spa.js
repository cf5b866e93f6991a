// A single-page application: a path that is not a file gets the application's root object. It is
// decided before the request leaves CloudFront, so that errors of other origins stay what they are.
function handler(event, parameters) {
  var uri = event.request.uri;
  if (uri.indexOf('/.well-known/') !== 0 && !isFile(uri, parameters.extensions)) {
    event.request.uri = parameters.index;
  }
}
