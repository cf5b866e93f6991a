// Return whether the first behavior that matches a path decides who may see it. Encoded characters
// of ASCII are decoded, as the bucket does.
function isGuarded(path, behaviors) {
  path = path.replace(/%([0-7][0-9a-f])/gi, function (all, code) {
    return String.fromCharCode(parseInt(code, 16));
  });
  for (var i = 0; i < behaviors.length; i++) {
    var source = behaviors[i][0].replace(/^\//, '').replace(/[.+^$(){}|\[\]\\]/g, '\\$&')
      .replace(/\*/g, '[\\s\\S]*').replace(/\?/g, '[\\s\\S]');
    if (new RegExp('^/' + source + '$').test(path)) return behaviors[i][1];
  }
  return false;
}
