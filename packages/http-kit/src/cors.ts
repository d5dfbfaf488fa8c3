/** On every response, as a wubloader restreamer sends them (segments specification 1.2): its data is public. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Credentials': 'false',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Allow-Methods': 'GET,POST,HEAD',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Max-Age': '86400',
};
