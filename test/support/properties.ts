import fc from 'fast-check';

// The gate tries the same values each time; SEED=… npx vitest run … tries others.
fc.configureGlobal({ seed: Number(process.env.SEED ?? 7) });

export { fc };
