// Loaded when somebody is really asked. In a bundle, import() of a CommonJS package has none of its names.
export { EnvHttpProxyAgent, request as send } from 'undici';
