import { expect, it } from 'vitest';

import { packageRoot } from '../../src/package-root.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';

const templates = [...(await loadTemplates(packageRoot(), ['gateway']))];
const lua = templates.filter(([path]) => path.endsWith('.lua'));
const own = lua.map(([path]) => path.replace(/^.*\//, '').replace('.lua', ''));

/** Comes with OpenResty itself (its bundle: LuaJIT, lua-cjson, lua-resty-core, -lrucache, -string, -lock, -random). */
const bundled =
  /^(ffi|bit|table\.(new|clear|clone|nkeys)|cjson(\.safe)?|ngx\.\w+|resty\.(core|lrucache|lock|string|random|sha256|sha1|md5))$/;

it('needs no Lua library that OpenResty does not bring', () => {
  expect(lua.length).toBeGreaterThan(10);
  for (const [path, text] of lua)
    for (const [, name = ''] of text.matchAll(/\brequire\s*\(?\s*["']([^"']+)["']/g))
      expect(own.includes(name) || bundled.test(name), `${path} requires ${name}`).toBe(true);
});

it('loads modules only from a folder that the image fills, which OpenResty leaves empty', () => {
  const configuration = templates.filter(([path]) => /\.conf(\.eta)?$/.test(path));
  expect(configuration.length).toBeGreaterThan(5);
  for (const [path, text] of configuration) expect(text.replace(/^\s*#.*$/gm, ''), path).not.toContain('load_module');
  // A pattern that matches nothing is no error for nginx; a plain name would be.
  expect(new Map(templates).get('gateway/nginx.conf')).toMatch(/^include \/etc\/openimis\/modules\/\*\.conf;$/m);
});
