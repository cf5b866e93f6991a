// Take pages from the folder of the build that the visitor began with.
function handler(event, parameters) {
  var request = event.request;
  var build = pinnedBuild(request, parameters);
  if (!build || request.uri.indexOf(parameters.base + '/') !== 0) return;
  var path = request.uri.slice(parameters.base.length);
  if (request.uri === '/') path += parameters.root;
  if (/\.html?$/.test(path)) request.uri = parameters.base + parameters.folder + build + path;
}
