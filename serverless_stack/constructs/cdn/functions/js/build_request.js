// Take pages from the folder of the build that the visitor began with.
function handler(event, parameters) {
  var request = event.request;
  // Nobody sees the pages of a build past the behaviors that guard them in their place.
  var plain = request.uri.replace(/%([0-7][0-9a-f])/gi, function (all, code) {
    return String.fromCharCode(parseInt(code, 16));
  });
  if (plain.indexOf(parameters.folder) !== -1) {
    return {statusCode: 404, statusDescription: 'Not Found'};
  }
  var build = pinnedBuild(request, parameters);
  if (!build || request.uri.indexOf(parameters.base + '/') !== 0) return;
  var path = request.uri.slice(parameters.base.length);
  if (request.uri === '/') path += parameters.root;
  if (/\.html?$/.test(path)) request.uri = parameters.base + parameters.folder + build + path;
}
