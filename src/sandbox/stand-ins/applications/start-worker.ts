import { connect, type ChannelModel, type ConsumeMessage } from 'amqplib';

import type { Running } from '../listening.ts';
import { SettingError, text, type Environment } from '../settings.ts';

export type Worker = {
  /** Warm shutdown: takes no more tasks, ends the running ones, then leaves. */
  close(): Promise<void>;
};

export type WorkerLog = (line: string) => void;

const queue = 'celery';
/** Seconds between two tries to reach the broker. */
const firstPause = 1;
const longestPause = 5;
const longestTask = 60;

/** Consumes the queue `celery` of the broker for as long as it runs; a lost or absent broker is tried again and again. */
export function startWorker(address: string, log: WorkerLog = () => {}): Worker {
  const url = new URL(address);
  url.searchParams.set('heartbeat', '10');
  const where = `${url.hostname}:${url.port || '5672'}${url.pathname}`;
  const stopping = new AbortController();
  const tasks = new Set<Promise<void>>();

  const consume = async (connection: ChannelModel): Promise<void> => {
    const closed = Promise.withResolvers<void>();
    // An error is always followed by `close`.
    connection.on('error', () => {});
    connection.on('close', () => closed.resolve());
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    await channel.assertQueue(queue, { durable: true });
    await channel.prefetch(4);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) return;
      const task = runTask(message, log).then(() => {
        try {
          channel.ack(message);
        } catch {
          // The broker is gone; it gives the task to somebody again.
        }
      });
      tasks.add(task);
      void task.finally(() => tasks.delete(task));
    });
    log(`connected to the broker at ${where}, waiting for tasks`);
    await Promise.race([closed.promise, aborted(stopping.signal)]);
    if (!stopping.signal.aborted) return;
    await channel.cancel(consumerTag).catch(() => {});
    await Promise.all(tasks);
    await channel.close().catch(() => {});
    await connection.close().catch(() => {});
  };

  const run = async (): Promise<void> => {
    let pause = firstPause;
    while (!stopping.signal.aborted) {
      try {
        const connection = await connect(url.href, { timeout: 10_000 });
        pause = firstPause;
        await consume(connection);
        if (!stopping.signal.aborted) log('the broker is gone');
      } catch (error) {
        log(`the broker at ${where} cannot be used (${codeOf(error)}); trying again in ${pause} s`);
      }
      await waitUnlessStopping(pause, stopping.signal);
      pause = Math.min(pause * 2, longestPause);
    }
  };

  const running = run();
  return {
    close: async () => {
      log('warm shutdown: ending the running tasks');
      stopping.abort();
      await running;
    },
  };
}

/** A task of Celery: named in its headers, arguments in `[args, kwargs, options]`. `stand_in.wait` takes seconds. */
async function runTask(message: ConsumeMessage, log: WorkerLog): Promise<void> {
  const name: unknown = message.properties.headers?.['task'];
  const task = typeof name === 'string' ? name.slice(0, 100).replaceAll(/[^\w.-]/g, '?') : 'without a name';
  log(`task ${task} received`);
  if (task === 'stand_in.wait') {
    const seconds = Math.min(firstNumber(message.content), longestTask);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
  log(`task ${task} done`);
}

function firstNumber(content: Buffer): number {
  try {
    const body: unknown = JSON.parse(content.toString('utf8'));
    const args: unknown = Array.isArray(body) ? body[0] : undefined;
    const first: unknown = Array.isArray(args) ? args[0] : undefined;
    return typeof first === 'number' && first > 0 ? first : 0;
  } catch {
    return 0;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function waitUnlessStopping(seconds: number, signal: AbortSignal): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const handle = setTimeout(timer.resolve, seconds * 1000);
  await Promise.race([timer.promise, aborted(signal)]);
  clearTimeout(handle);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
}

/** The stand-in worker as a process: CELERY_BROKER_URL, as upstream's. */
export function runWorker(env: Environment): Promise<Running> {
  const address = text(env, 'CELERY_BROKER_URL');
  if (address === undefined || !URL.canParse(address) || !address.startsWith('amqp'))
    return Promise.reject(
      new SettingError('CELERY_BROKER_URL is missing or is not an address like amqp://user:...@host:5672/vhost'),
    );
  const worker = startWorker(address, (line) => console.log(`[stand-in worker] ${line}`));
  return Promise.resolve({ describe: 'worker for the queue celery', close: () => worker.close() });
}
