/*
 * A table of chains. In a chain stand the keys, each once; the places of all objects that share a key hang below the first of them, so that a
 * key that thousands share costs others nothing. Every place knows who points at it, so that it is taken out in a step.
 */
#include "kube/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kedagate/base/err.h"
#include "kedagate/base/hash.h"
#include "kedagate/base/limits.h"
#include "kedagate/model/json.h"

/* A table with fewer chains is not made smaller. */
enum { FEWEST_CHAINS = 64 };

/* Chains that are swept before others get their turn. */
enum { SWEPT_AT_ONCE = 256 };

/* The key of its name, those of what it refers to, and a few more. */
enum { MAX_KEYS = KG_MAX_TRIGGERS + 8 };

/* Where an object stands in the table. */
struct place {
	struct place *next;  /* of the first of a key: in the chain; else: with the same key */
	struct place **from; /* who points at this one */
	struct place *same;  /* of the first of a key: the next with it */
	uint64_t hash;
	uint32_t number; /* among the object's places; 0 is that of its name */
	bool is_first;   /* of its key */
};

struct entry {
	uint64_t generation;
	size_t size; /* of all of this */
	uint32_t place_count, name_length, namespace_length;
	struct place places[];
	/* then namespace and name, each with its NUL, and the packed object */
};

struct kg_cache_keys {
	uint64_t seed;
	size_t count;
	uint64_t hashes[MAX_KEYS];
};

struct kg_cache {
	const struct kg_cache_sort *sort;
	pthread_rwlock_t lock; /* held by the writer while it changes what follows, and by readers */
	struct place **chains;
	size_t chain_count; /* 0 or a power of two */
	size_t key_count;   /* places that are the first of their key */

	/* The writer's. */
	uint64_t generation;
	struct kg_account account;
	struct kg_buf packed;
	struct kg_cache_keys keys;

	atomic_size_t count, bytes;
};

/* ---- keys ---- */

static uint64_t key_hash(uint64_t seed, unsigned index, const char *namespace, const char *name)
{
	return kg_hash_text(name, kg_hash_text(namespace, seed ^ index * KG_HASH_FACTOR));
}

void kg_cache_add_key(struct kg_cache_keys *keys, unsigned index, const char *namespace, const char *name)
{
	uint64_t hash = key_hash(keys->seed, index, namespace, name);

	for (size_t i = 0; i < keys->count; i++)
		if (keys->hashes[i] == hash)
			return;
	if (keys->count < MAX_KEYS)
		keys->hashes[keys->count++] = hash;
}

/* ---- entries ---- */

static struct entry *entry_of(struct place *place)
{
	return KG_CONTAINER_OF(place - place->number, struct entry, places);
}

static const char *entry_namespace(const struct entry *entry)
{
	return (const char *)(entry->places + entry->place_count);
}

static const char *entry_name(const struct entry *entry)
{
	return entry_namespace(entry) + entry->namespace_length + 1;
}

static const char *entry_packed(const struct entry *entry)
{
	return entry_name(entry) + entry->name_length + 1;
}

static void *allocate(struct kg_cache *cache, size_t size, int *ret_status)
{
	void *memory;

	*ret_status = KG_EBUSY;
	if (!kg_account_take(&cache->account, size))
		return NULL;
	memory = calloc(1, size);
	if (memory == NULL) {
		*ret_status = KG_ENOMEM;
		kg_account_give(&cache->account, size);
		return NULL;
	}
	atomic_fetch_add(&cache->bytes, size);
	return memory;
}

static void release(struct kg_cache *cache, void *memory, size_t size)
{
	free(memory);
	kg_account_give(&cache->account, size);
	atomic_fetch_sub(&cache->bytes, size);
}

/* ---- the table ---- */

static struct place **chain_of(const struct kg_cache *cache, uint64_t hash)
{
	return &cache->chains[hash & (cache->chain_count - 1)];
}

static struct place *first_with(const struct kg_cache *cache, uint64_t hash)
{
	struct place *place = cache->chain_count > 0 ? *chain_of(cache, hash) : NULL;

	while (place != NULL && place->hash != hash)
		place = place->next;
	return place;
}

static void point_at(struct place **from, struct place *place)
{
	*from = place;
	if (place != NULL)
		place->from = from;
}

static void link_first(struct kg_cache *cache, struct place *place)
{
	struct place **chain = chain_of(cache, place->hash);

	point_at(&place->next, *chain);
	point_at(chain, place);
}

static void link_place(struct kg_cache *cache, struct place *place)
{
	struct place *first = first_with(cache, place->hash);

	place->is_first = first == NULL;
	if (first == NULL) {
		cache->key_count++;
		link_first(cache, place);
		return;
	}
	point_at(&place->next, first->same);
	point_at(&first->same, place);
}

/* The next of the same key takes the place of the first. */
static void replace_first(struct place *first)
{
	struct place *heir = first->same;
	struct place *others = heir->next;

	heir->is_first = true;
	point_at(&heir->next, first->next);
	point_at(&heir->same, others);
	point_at(first->from, heir);
}

static void unlink_place(struct kg_cache *cache, struct place *place)
{
	if (place->is_first && place->same != NULL) {
		replace_first(place);
		return;
	}
	if (place->is_first)
		cache->key_count--;
	point_at(place->from, place->next);
}

/* Give the table `chain_count` chains, when there is memory; it works with any number but 0. */
static int resize(struct kg_cache *cache, size_t chain_count)
{
	struct place **old = cache->chains;
	size_t old_count = cache->chain_count;
	struct place **chains = NULL;
	int status = 0;

	if (chain_count > 0)
		chains = allocate(cache, chain_count * sizeof(struct place *), &status);
	if (chains == NULL && chain_count > 0)
		return status;
	cache->chains = chains;
	cache->chain_count = chain_count;
	for (size_t i = 0; i < old_count; i++) {
		struct place *next;

		for (struct place *place = old[i]; place != NULL; place = next) {
			next = place->next;
			link_first(cache, place);
		}
	}
	release(cache, old, old_count * sizeof(struct place *));
	return 0;
}

/* Room for one more key. */
static int make_room(struct kg_cache *cache)
{
	int status = 0;

	if (cache->key_count >= cache->chain_count)
		status = resize(cache, cache->chain_count > 0 ? 2 * cache->chain_count : FEWEST_CHAINS);
	return cache->chain_count > 0 ? 0 : status;
}

static void give_back_room(struct kg_cache *cache)
{
	size_t wanted = cache->chain_count;

	while (wanted > FEWEST_CHAINS && cache->key_count < wanted / 8)
		wanted /= 2;
	if (cache->key_count == 0)
		wanted = 0;
	/* Without memory it stays as it is. */
	if (wanted != cache->chain_count)
		(void)resize(cache, wanted);
}

/* The writer gets its turn before readers that come later, however many they are: no thread reads twice at once. */
static int init_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attributes;
	int failed = pthread_rwlockattr_init(&attributes);

	if (failed != 0)
		return failed;
	failed = pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	if (failed == 0)
		failed = pthread_rwlock_init(lock, &attributes);
	(void)pthread_rwlockattr_destroy(&attributes);
	return failed;
}

static void lock_to_write(struct kg_cache *cache)
{
	(void)pthread_rwlock_wrlock(&cache->lock);
}

static void unlock(struct kg_cache *cache)
{
	(void)pthread_rwlock_unlock(&cache->lock);
}

static void lock_to_read(struct kg_cache *cache)
{
	(void)pthread_rwlock_rdlock(&cache->lock);
}

static int insert(struct kg_cache *cache, struct entry *entry)
{
	for (uint32_t i = 0; i < entry->place_count; i++) {
		int status = make_room(cache);

		if (status != 0)
			return status; /* the first: no place is linked yet */
		link_place(cache, &entry->places[i]);
	}
	atomic_fetch_add(&cache->count, 1);
	return 0;
}

static void remove_entry(struct kg_cache *cache, struct entry *entry)
{
	for (uint32_t i = 0; i < entry->place_count; i++)
		unlink_place(cache, &entry->places[i]);
	atomic_fetch_sub(&cache->count, 1);
}

/* ---- names ---- */

static bool names_of(const cJSON *object, struct kg_cached *out)
{
	const cJSON *metadata = kg_json_get(object, "metadata");
	const char *namespace = kg_json_text(metadata, "namespace");

	*out = (struct kg_cached){.namespace = namespace != NULL ? namespace : "", .name = kg_json_text(metadata, "name")};
	return out->name != NULL;
}

static bool is_named(const struct entry *entry, const char *namespace, const char *name)
{
	return strcmp(entry_namespace(entry), namespace) == 0 && strcmp(entry_name(entry), name) == 0;
}

static struct entry *find(const struct kg_cache *cache, const char *namespace, const char *name)
{
	struct place *place = first_with(cache, key_hash(cache->keys.seed, 0, namespace, name));
	struct entry *entry;

	/* Should another name have this hash, it hangs below. */
	for (bool first = true; place != NULL; place = first ? place->same : place->next, first = false) {
		entry = entry_of(place);
		if (place->number == 0 && is_named(entry, namespace, name))
			return entry;
	}
	return NULL;
}

/* ---- writing ---- */

struct kg_cache *kg_cache_new(const struct kg_cache_sort *sort, uint64_t seed, struct kg_budget *budget)
{
	struct kg_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	if (init_lock(&cache->lock) != 0) {
		free(cache);
		return NULL;
	}
	cache->sort = sort;
	cache->keys.seed = seed;
	kg_buf_init(&cache->packed, KG_MAX_CLUSTER_OBJECT_BYTES);
	kg_account_init(&cache->account, budget, budget->max);
	return cache;
}

void kg_cache_free(struct kg_cache *cache)
{
	if (cache == NULL)
		return;
	kg_cache_clear(cache);
	kg_buf_release(&cache->packed);
	(void)pthread_rwlock_destroy(&cache->lock);
	free(cache);
}

static void collect_keys(struct kg_cache *cache, const cJSON *object, const struct kg_cached *names)
{
	cache->keys.count = 0;
	kg_cache_add_key(&cache->keys, 0, names->namespace, names->name);
	if (cache->sort->find_keys != NULL)
		cache->sort->find_keys(object, &cache->keys);
}

static struct entry *new_entry(struct kg_cache *cache, const struct kg_cached *names, int *ret_status)
{
	const struct kg_cache_keys *keys = &cache->keys;
	size_t namespace_size = strlen(names->namespace) + 1;
	size_t name_size = strlen(names->name) + 1;
	size_t size = sizeof(struct entry) + keys->count * sizeof(struct place) + namespace_size + name_size + cache->packed.length;
	struct entry *entry = allocate(cache, size, ret_status);
	char *texts;

	if (entry == NULL)
		return NULL;
	entry->generation = cache->generation;
	entry->size = size;
	entry->place_count = (uint32_t)keys->count;
	entry->namespace_length = (uint32_t)namespace_size - 1;
	entry->name_length = (uint32_t)name_size - 1;
	for (uint32_t i = 0; i < entry->place_count; i++) {
		entry->places[i].hash = keys->hashes[i];
		entry->places[i].number = i;
	}
	texts = (char *)(entry->places + entry->place_count);
	memcpy(texts, names->namespace, namespace_size);
	memcpy(texts + namespace_size, names->name, name_size);
	memcpy(texts + namespace_size + name_size, cache->packed.data, cache->packed.length);
	return entry;
}

static void drop_named(struct kg_cache *cache, const struct kg_cached *names)
{
	struct entry *entry = find(cache, names->namespace, names->name);

	if (entry == NULL)
		return;
	lock_to_write(cache);
	remove_entry(cache, entry);
	give_back_room(cache);
	unlock(cache);
	release(cache, entry, entry->size);
}

/* Whether `entry` holds what was just packed. Keys follow from what is kept. */
static bool is_same(const struct kg_cache *cache, const struct entry *entry)
{
	size_t before = (size_t)(entry_packed(entry) - (const char *)entry);

	return entry->size - before == cache->packed.length && memcmp(entry_packed(entry), cache->packed.data, cache->packed.length) == 0;
}

static int replace(struct kg_cache *cache, struct entry *old, struct entry *entry)
{
	int status;

	lock_to_write(cache);
	if (old != NULL)
		remove_entry(cache, old);
	status = insert(cache, entry);
	unlock(cache);
	if (old != NULL)
		release(cache, old, old->size);
	if (status != 0)
		release(cache, entry, entry->size);
	return status;
}

static int put_named(struct kg_cache *cache, const cJSON *object, const struct kg_cached *names)
{
	struct entry *old = find(cache, names->namespace, names->name);
	struct entry *entry;
	int status;

	kg_buf_clear(&cache->packed);
	kg_pack(object, cache->sort->keep(object), &cache->packed);
	status = kg_buf_status(&cache->packed);
	if (status != 0)
		return status;
	if (old != NULL && is_same(cache, old)) {
		old->generation = cache->generation;
		return 0;
	}
	collect_keys(cache, object, names);
	entry = new_entry(cache, names, &status);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the table holds it by its places */
	return entry != NULL ? replace(cache, old, entry) : status;
}

int kg_cache_put(struct kg_cache *cache, const cJSON *object)
{
	struct kg_cached names;
	int status;

	if (!names_of(object, &names))
		return KG_EINVAL;
	status = put_named(cache, object, &names);
	if (cache->packed.capacity > KG_KEEP_ARENA_BYTES)
		kg_buf_release(&cache->packed);
	return status;
}

void kg_cache_drop(struct kg_cache *cache, const cJSON *object)
{
	struct kg_cached names;

	if (names_of(object, &names))
		drop_named(cache, &names);
}

void kg_cache_begin(struct kg_cache *cache)
{
	cache->generation++;
}

/* An object in this chain that was not put lately. */
static struct entry *stale_in(const struct kg_cache *cache, size_t chain)
{
	for (struct place *place = cache->chains[chain]; place != NULL; place = place->next) {
		struct entry *entry = entry_of(place);

		if (place->number == 0 && entry->generation != cache->generation)
			return entry;
	}
	return NULL;
}

static void sweep(struct kg_cache *cache, size_t begin, size_t end)
{
	for (size_t i = begin; i < end && i < cache->chain_count; i++) {
		struct entry *entry;

		while ((entry = stale_in(cache, i)) != NULL) {
			remove_entry(cache, entry);
			release(cache, entry, entry->size);
		}
	}
}

void kg_cache_complete(struct kg_cache *cache)
{
	for (size_t i = 0; i < cache->chain_count; i += SWEPT_AT_ONCE) {
		lock_to_write(cache);
		sweep(cache, i, i + SWEPT_AT_ONCE);
		unlock(cache);
	}
	lock_to_write(cache);
	give_back_room(cache);
	unlock(cache);
}

void kg_cache_clear(struct kg_cache *cache)
{
	kg_cache_begin(cache);
	kg_cache_complete(cache);
}

/* ---- reading ---- */

int kg_cache_find(struct kg_cache *cache, const char *namespace, const char *name, struct kg_arena *arena, const cJSON **ret_object)
{
	const struct entry *entry;
	const cJSON *object;
	int status = KG_ENOTFOUND;

	if (name == NULL)
		return status;
	lock_to_read(cache);
	entry = find(cache, namespace != NULL ? namespace : "", name);
	if (entry != NULL) {
		object = kg_unpack(entry_packed(entry), arena);
		status = object != NULL ? 0 : KG_ENOMEM;
		if (object != NULL)
			*ret_object = object;
	}
	unlock(cache);
	return status;
}

static bool visit(struct place *place, const struct kg_cache_visitor *visitor)
{
	const struct entry *entry = entry_of(place);
	const struct kg_cached cached = {.namespace = entry_namespace(entry), .name = entry_name(entry), .packed = entry_packed(entry)};

	return visitor->visit(visitor->context, &cached);
}

void kg_cache_visit(struct kg_cache *cache, unsigned index, const char *namespace, const char *name, const struct kg_cache_visitor *visitor)
{
	struct place *first;

	lock_to_read(cache);
	first = first_with(cache, key_hash(cache->keys.seed, index, namespace, name));
	if (first != NULL && visit(first, visitor)) {
		struct place *place = first->same;

		while (place != NULL && visit(place, visitor))
			place = place->next;
	}
	unlock(cache);
}

size_t kg_cache_count(const struct kg_cache *cache)
{
	return atomic_load(&cache->count);
}

size_t kg_cache_bytes(const struct kg_cache *cache)
{
	return atomic_load(&cache->bytes);
}
