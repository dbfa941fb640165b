/**
 * Where unsent words are kept on this device: IndexedDB, else localStorage, else the memory of this page. A write that fails in one goes to
 * the next; reading looks in all, so nothing is lost when one of them comes or goes between two visits.
 *
 * A place has: all(scope) → records, put(record), remove(scope, ids), purge(before), and `lasts` (survives the page). A record has `scope`,
 * `id`, and `n`: its order, which is also about when it was made (milliseconds since 1970).
 */

const NAME = "kennislab-live";
const OPENING = 3000;

/** IndexedDB, written through to disk before the promise is kept. */
export function inDatabase(indexedDB, table) {
  let opening = null;

  function open() {
    opening ??= new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the database does not open")), OPENING);
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        for (const one of ["outbox", "sent"]) request.result.createObjectStore(one, { keyPath: ["scope", "id"] });
      };
      request.onsuccess = () => {
        clearTimeout(timer);
        request.result.onversionchange = () => request.result.close();
        request.result.onclose = () => {
          opening = null;
        };
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
    });
    opening.catch(() => null); // It stays refused: a page does not wait for a database that hangs more than once.
    return opening;
  }

  async function within(mode, work) {
    const database = await open();
    return new Promise((resolve, reject) => {
      let result = null;
      const transaction = database.transaction(table, mode, { durability: "strict" });
      transaction.oncomplete = () => resolve(result?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      result = work(transaction.objectStore(table));
    });
  }

  return {
    lasts: true,
    all: async (scope) => (await within("readonly", (store) => store.getAll(IDBKeyRange.bound([scope], [scope, []])))) ?? [],
    put: (record) => within("readwrite", (store) => store.put(record)),
    remove: (scope, ids) =>
      within("readwrite", (store) => {
        for (const id of ids) store.delete([scope, id]);
        return null;
      }),
    purge: (before) =>
      within("readwrite", (store) => {
        store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
          if (!cursor) return;
          if (cursor.value.n < before) cursor.delete();
          cursor.continue();
        };
        return null;
      }),
  };
}

/** localStorage: one key for each record, so that two tabs do not overwrite each other. */
export function inLocalStorage(storage, table) {
  const prefix = (scope) => `${NAME}:${table}:${scope}:`;
  return {
    lasts: true,
    async all(scope) {
      const records = [];
      for (let i = 0; i < storage.length; i += 1) {
        const key = storage.key(i);
        if (!key.startsWith(prefix(scope))) continue;
        try {
          records.push(JSON.parse(storage.getItem(key)));
        } catch {
          // Not ours, or cut off: the rest still counts.
        }
      }
      return records;
    },
    async put(record) {
      storage.setItem(prefix(record.scope) + record.id, JSON.stringify(record));
    },
    async remove(scope, ids) {
      for (const id of ids) storage.removeItem(prefix(scope) + id);
    },
    async purge(before) {
      const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i)).filter((key) => key.startsWith(`${NAME}:${table}:`));
      for (const key of keys) {
        try {
          if (JSON.parse(storage.getItem(key)).n < before) storage.removeItem(key);
        } catch {
          storage.removeItem(key); // cut off: nobody can read it
        }
      }
    },
  };
}

/** As long as the page lives. */
export function inMemory() {
  const records = new Map();
  return {
    lasts: false,
    all: async (scope) => [...records.values()].filter((record) => record.scope === scope),
    put: async (record) => {
      records.set(`${record.scope} ${record.id}`, record);
    },
    remove: async (scope, ids) => {
      for (const id of ids) records.delete(`${scope} ${id}`);
    },
    purge: async (before) => {
      for (const [key, record] of records) if (record.n < before) records.delete(key);
    },
  };
}

function storageOf(page) {
  try {
    const storage = page.localStorage;
    storage.setItem(`${NAME}:try`, "1");
    storage.removeItem(`${NAME}:try`);
    return storage;
  } catch {
    return null;
  }
}

/** All places this browser has, best first. */
export function placesOf(table, page = globalThis) {
  const places = [];
  try {
    if (page.indexedDB) places.push(inDatabase(page.indexedDB, table));
  } catch {
    // Forbidden in this mode of the browser.
  }
  const storage = storageOf(page);
  if (storage) places.push(inLocalStorage(storage, table));
  return [...places, inMemory()];
}

/** The places together as one. `put` tells whether the record will outlive the page. */
export function createStore(places) {
  const home = new Map();
  return {
    async all(scope) {
      const found = new Map();
      for (const place of places) {
        const records = await place.all(scope).catch(() => []);
        for (const record of records) if (!found.has(record.id)) found.set(record.id, record);
      }
      return [...found.values()];
    },
    async put(record) {
      for (const place of places) {
        try {
          await place.put(record);
          const before = home.get(record.id);
          if (before && before !== place) await before.remove(record.scope, [record.id]).catch(() => null);
          home.set(record.id, place);
          return place.lasts;
        } catch {
          // The next place.
        }
      }
      return false;
    },
    async remove(scope, ids) {
      if (ids.length) await Promise.all(places.map((place) => place.remove(scope, ids).catch(() => null)));
      for (const id of ids) home.delete(id);
    },
    /** Away with what was made before this moment, of whatever room. */
    async purge(before) {
      await Promise.all(places.map((place) => place.purge(before).catch(() => null)));
    },
  };
}
