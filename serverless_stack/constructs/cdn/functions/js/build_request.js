// Take pages from the folder of the build that the visitor began with.
function handler(event, parameters) {
  var request = event.request;
  var uri = request.uri;
  try { uri = decodeURIComponent(uri); } catch (error) { uri = request.uri; }
  // The folder has the pages of all behaviors, those for signed URLs included.
  if (uri.indexOf(parameters.folder) !== -1) return { statusCode: 404 };
  var build = pinnedBuild(request, parameters);
  if (!build || request.uri.indexOf(parameters.base + '/') !== 0) return;
  var path = request.uri.slice(parameters.base.length);
  if (request.uri === '/') path += parameters.root;
  if (/\.html?$/.test(path)) request.uri = parameters.base + parameters.folder + build + path;
}
