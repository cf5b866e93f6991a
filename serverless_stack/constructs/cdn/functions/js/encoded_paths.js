// CloudFront compares a path with patterns as it is, but for letters, digits and "-._~"; the bucket
// decodes it whole. /members%2Fa would lead past the behavior that decides who may see /members/a.
function handler(event, parameters) {
  var uri = event.request.uri;
  if (uri.indexOf('%') !== -1 && isGuarded(uri, parameters.guards)) {
    return {statusCode: 404, statusDescription: 'Not Found'};
  }
}
