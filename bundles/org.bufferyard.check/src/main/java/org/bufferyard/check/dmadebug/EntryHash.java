package org.bufferyard.check.dmadebug;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * dma_entry_hash: 16384 buckets by bits 13 to 26 of the device address, each a list in the order of
 * insertion. A lookup that finds several entries takes the one that fits in size, type, direction and
 * count; when none fits in all four, it finds nothing ({@code __hash_bucket_find()}).
 */
final class EntryHash {
  private static final long SIZE = 16384;
  private static final int SHIFT = 13;

  /** An entry and whether its driver still owes a dma_mapping_error(). */
  static final class Held {
    private final Entry entry;
    private boolean unchecked;

    private Held(Entry entry, boolean unchecked) {
      this.entry = entry;
      this.unchecked = unchecked;
    }

    Entry entry() {
      return entry;
    }

    boolean unchecked() {
      return unchecked;
    }
  }

  private final Map<Integer, List<Held>> buckets = new HashMap<>();
  private final TreeSet<Integer> used = new TreeSet<>();
  private long size;

  private static int bucket(long address) {
    return (int) ((address >>> SHIFT) & (SIZE - 1));
  }

  long size() {
    return size;
  }

  void add(Entry entry, boolean unchecked) {
    int bucket = bucket(entry.address());
    buckets.computeIfAbsent(bucket, b -> new ArrayList<>()).add(new Held(entry, unchecked));
    used.add(bucket);
    size++;
  }

  void clear() {
    buckets.clear();
    used.clear();
    size = 0;
  }

  void remove(Held held) {
    int bucket = bucket(held.entry().address());
    List<Held> list = buckets.get(bucket);
    list.remove(held);
    size--;
    if (list.isEmpty()) {
      buckets.remove(bucket);
      used.remove(bucket);
    }
  }

  /** bucket_find_exact(). */
  Optional<Held> findExact(Entry ref) {
    return find(bucket(ref.address()), ref, Entry::isAt);
  }

  /**
   * bucket_find_contain(): bucket by bucket downwards, since an entry may begin far below; no
   * further than address 0.
   */
  Optional<Held> findContaining(Entry ref) {
    long limit = Math.min(SIZE, (ref.address() >>> SHIFT) + 1);
    int bucket = bucket(ref.address());
    for (long i = 0; i < limit; i++) {
      Optional<Held> found = find(bucket, ref, Entry::contains);
      if (found.isPresent()) {
        return found;
      }
      bucket = (int) ((bucket - 1) & (SIZE - 1));
    }
    return Optional.empty();
  }

  private Optional<Held> find(int bucket, Entry ref, BiPredicate<Entry, Entry> matches) {
    Held first = null;
    int count = 0;
    for (Held held : buckets.getOrDefault(bucket, List.of())) {
      if (!matches.test(held.entry(), ref)) {
        continue;
      }
      if (held.entry().likeness(ref) == 4) {
        return Optional.of(held);
      }
      count++;
      first = first == null ? held : first;
    }
    return count == 1 ? Optional.of(first) : Optional.empty();
  }

  /** debug_dma_mapping_error(): the first of that address that was not asked for yet. */
  void checked(Object device, long address) {
    for (Held held : buckets.getOrDefault(bucket(address), List.of())) {
      Entry entry = held.entry();
      if (entry.device() == device && entry.address() == address && held.unchecked) {
        held.unchecked = false;
        return;
      }
    }
  }

  /** Everything of a device, in the order in which device_dma_allocations() walks. */
  List<Entry> of(Object device) {
    List<Entry> entries = new ArrayList<>();
    for (int bucket : used) {
      for (Held held : buckets.get(bucket)) {
        if (held.entry().device() == device) {
          entries.add(held.entry());
        }
      }
    }
    return entries;
  }
}
