import { overlaps } from '../../../stack/addresses.ts';
import { defineCheck } from '../../check.ts';
import { ok, problem, skipped } from '../../finding.ts';

export const check = defineCheck({
  title: 'no network of Docker hides the legacy',
  expected: 'no Docker network that contains the address of the legacy or of SQL Server',
  why: 'packets to an address inside of a Docker network never leave the box: the legacy seems to be down',
  needs: ['docker/running'],
  probes: ['docker', 'wish'],
  judge: ({ docker: { networks }, wish: { far } }) => {
    if (far.length === 0) return skipped('no address of a legacy on another box is known');
    const hidden = networks.flatMap(({ name, subnets }) =>
      subnets.flatMap((subnet) =>
        far
          .filter(({ address }) => overlaps(address, subnet))
          .map(({ address, what }) => ({ name, subnet, address, what })),
      ),
    );
    const [first] = hidden;
    if (first === undefined) return ok(`none of ${networks.length} networks does`);
    return problem(
      hidden.map(({ name, subnet, address, what }) => `${name} (${subnet}) hides ${what} (${address})`).join('; '),
      [
        'in /etc/docker/daemon.json: "bip": "10.200.0.1/24", "default-address-pools": [{"base": "10.201.0.0/16", "size": 24}]    beside what is there',
        first.name === 'bridge'
          ? 'sudo systemctl restart docker'
          : `docker network rm ${first.name}    once nothing uses it; then make it anew`,
      ],
    );
  },
});
