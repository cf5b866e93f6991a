// Lambda@Edge, before the origin is asked: /downloads/forms.txt is the newest edition.
const NEWEST = {'/downloads/forms.txt': '/downloads/forms-2026.txt'};

export const handler = async (event) => {
  const {request} = event.Records[0].cf;
  request.uri = NEWEST[request.uri] ?? request.uri;
  return request;
};
