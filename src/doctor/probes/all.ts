import type { Probes } from '../facts.ts';
import { box } from './box.ts';
import { database } from './database.ts';
import { docker } from './docker.ts';
import { server } from './server.ts';
import { website } from './website.ts';
import { wish } from './wish.ts';

export const probes: Probes = { server, database, website, box, docker, wish };
