// What do wires cost on a chip at equal accuracy? Trains and prunes every network of the comparison; `aware.ts` places and measures them.
// usage: tsx scripts/models/aware-train.ts [NAME...]   names as in `methods` of aware-networks.ts; what is there already is not made again
import { METHODS, networkOf } from './aware-networks.ts';
import { settings } from './aware-settings.ts';

const asked = process.argv.slice(2);
for (const seed of settings.seeds) {
  for (const method of METHODS.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
    for (const target of method.targets) {
      const { network } = await networkOf(method, target, seed);
      console.log(`${method.name}, seed ${seed}${target === null ? '' : `, ${target}`}: ${network.neurons} neurons`);
    }
  }
}
