// Return the build that a visitor began with while it is kept, or null.
function pinnedBuild(request, parameters) {
  var cookie = (request.cookies || {})[parameters.cookie];
  var found = cookie && /^([0-9a-f]{16})\.([0-9]{10})$/.exec(cookie.value);
  if (!found) return null;
  var left = Number(found[2]) - Date.now() / 1000;
  // Clocks of two edge locations differ.
  return left > 0 && left <= parameters.seconds + 60 ? found[1] : null;
}
