import { z } from 'zod';

import type { CommandResult } from '../../engines/engine.ts';
import type { InstalledPackage } from '../ecosystem.ts';

const listSchema = z.array(
  z.object({ name: z.string().max(300).regex(/^\P{Cc}+$/u), version: z.string().max(300).regex(/^\P{Cc}*$/u) }),
).max(50_000); // prettier-ignore

/** In an image of ours the list that its build made of what was really there; in upstream's, node_modules itself. */
const places = [
  ['cat', '/usr/share/openimis/packages.json'],
  ['node', '-e', walk('/app/node_modules')],
] as const;

function walk(folder: string): string {
  return `const fs=require('fs'),l=[];const w=(d)=>{if(!fs.existsSync(d))return;for(const n of fs.readdirSync(d)){if(n[0]==='.')continue;const p=d+'/'+n;if(n[0]==='@'){w(p);continue}try{const m=JSON.parse(fs.readFileSync(p+'/package.json','utf8'));l.push({name:String(m.name),version:String(m.version)})}catch(e){continue}w(p+'/node_modules')}};w('${folder}');process.stdout.write(JSON.stringify(l))`;
}

/** What a frontend's container really contains; empty when nobody can say. */
export async function installedNode(
  run: (argv: readonly string[]) => Promise<CommandResult>,
): Promise<readonly InstalledPackage[]> {
  for (const argv of places) {
    const { code, stdout } = await run(argv);
    if (code !== 0) continue;
    const read = listSchema.safeParse(parsed(stdout));
    if (read.success && read.data.length > 0) return read.data;
  }
  return [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
