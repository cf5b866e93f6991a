// Return whether a path names a file: its last segment has a dot, and an extension that is listed if
// there is a list.
function isFile(uri, extensions) {
  var name = uri.slice(uri.lastIndexOf('/') + 1);
  var dot = name.lastIndexOf('.');
  if (dot < 0) return false;
  return !extensions || extensions.indexOf(name.slice(dot + 1).toLowerCase()) >= 0;
}
