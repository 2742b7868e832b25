// How do messages travel where one hub moves them all: a bus, a host, or what joins chips that have no network?
import { type Fabric, LinkList } from './fabric.ts';

/**
 * The fabric of a hub with leaves around it. A transfer is one hop, whatever lies between; it takes two links, into the hub
 * and out of it, so that what each leaf sends and gets can be counted. The link out of the hub is the one that counts.
 *
 * @param leaves - cores, or chips
 * @param leafOf - leaf of a core, by its chip and its number within the chip
 * @param isBetweenChips - whether what enters the hub leaves a chip
 */
export function starFabric(leaves: number, leafOf: (chip: number, core: number) => number, isBetweenChips: boolean): Fabric {
  const hub = leaves;
  const list = new LinkList();
  for (let leaf = 0; leaf < leaves; leaf++) list.add(leaf, hub, 'none', isBetweenChips);
  for (let leaf = 0; leaf < leaves; leaf++) list.add(hub, leaf, 'x', false);
  const columns = Math.ceil(Math.sqrt(leaves));
  const high = Math.ceil(leaves / columns);
  const distance = (from: number, to: number) => Number(from !== to);
  return {
    // On paper the hub stands west of its leaves.
    x: Int32Array.from({ length: leaves + 1 }, (_, router) => (router === hub ? 0 : 1 + (router % columns))),
    y: Int32Array.from({ length: leaves + 1 }, (_, router) => Math.floor(router === hub ? (high - 1) / 2 : router / columns)),
    wide: columns + 1,
    high,
    wraps: false,
    links: list.links(),
    exists: () => true,
    transit: Uint8Array.from({ length: leaves + 1 }, (_, router) => Number(router === hub)),
    routerOf: (_tileX, _tileY, chip, core) => leafOf(chip, core),
    hops: (from, to) => ({ x: distance(from, to), y: 0 }),
    distance,
    route(from, to) {
      if (from === to) return [];
      return [...(from === hub ? [] : [from]), ...(to === hub ? [] : [leaves + to])];
    },
    port: { router: hub, assumption: 'inputs enter where all messages pass' },
  };
}
