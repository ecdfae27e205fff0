import type { Probes } from '../facts.ts';
import { database } from './database.ts';
import { server } from './server.ts';
import { website } from './website.ts';

export const probes: Probes = { server, database, website };
