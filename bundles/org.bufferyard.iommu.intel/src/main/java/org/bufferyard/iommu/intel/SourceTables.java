package org.bufferyard.iommu.intel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.kernel.Errno;

/**
 * The root table and its context tables in memory: which requester is translated how. A context table
 * comes with the first device of its bus (iommu_context_addr()) and stays. Engine thread only.
 */
final class SourceTables implements AutoCloseable {
  /** Domain id of every pass-through entry. */
  static final int PASS_THROUGH_DID = 1;

  private final TableWords words;

  /** Physical address of the root table; {@code NONE} before the first device. */
  private long root = TableWords.NONE;

  /** Context tables by bus. */
  private final Map<Integer, Long> contexts = new HashMap<>();

  /** Domain ids of the sources whose entry is present. */
  private final Map<Integer, Integer> dids = new HashMap<>();

  private long low;
  private long high;

  SourceTables(TableWords words) {
    this.words = words;
  }

  /** Makes the tables for a source; false without memory. */
  boolean hasRoomFor(int source) {
    if (root == TableWords.NONE) {
      root = words.allocate();
    }
    if (root == TableWords.NONE) {
      return false;
    }
    int bus = source >>> 8;
    if (!contexts.containsKey(bus)) {
      long table = words.allocate();
      if (table == TableWords.NONE) {
        return false;
      }
      contexts.put(bus, table);
      words.write(rootEntry(bus), ContextEntry.root(table));
    }
    return true;
  }

  private long rootEntry(int bus) {
    return root + (long) bus * ContextEntry.BYTES;
  }

  private long contextEntry(int source) {
    return contexts.get(source >>> 8) + (long) (source & 0xff) * ContextEntry.BYTES;
  }

  /** Writes a source's entry: 0, or -ENOMEM. */
  int set(int source, long newLow, long newHigh) {
    if (!hasRoomFor(source)) {
      return Errno.ENOMEM.rc();
    }
    // The half with the present bit goes last.
    words.write(contextEntry(source) + Long.BYTES, newHigh);
    words.write(contextEntry(source), newLow);
    dids.put(source, ContextEntry.did(newHigh));
    return 0;
  }

  /** Clears a source's entry and tells the domain id that it had; 0 for none. */
  int clear(int source) {
    Integer did = dids.remove(source);
    if (did == null) {
      return 0;
    }
    words.write(contextEntry(source), 0);
    words.write(contextEntry(source) + Long.BYTES, 0);
    return did;
  }

  /** Whether any source has that domain id. */
  boolean names(int did) {
    return dids.containsValue(did);
  }

  List<Integer> sourcesOf(int did) {
    List<Integer> sources = new ArrayList<>();
    dids.forEach(
        (source, its) -> {
          if (its == did) {
            sources.add(source);
          }
        });
    return sources;
  }

  /** Reads a source's entry into {@link #low} and {@link #high}, or tells why there is none. */
  Optional<DmarFault> find(int source) {
    if (root == TableWords.NONE) {
      return Optional.of(DmarFault.ROOT_NOT_PRESENT);
    }
    long entry = words.read(rootEntry(source >>> 8));
    if (!ContextEntry.isPresent(entry)) {
      return Optional.of(DmarFault.ROOT_NOT_PRESENT);
    }
    long at = ContextEntry.address(entry) + (long) (source & 0xff) * ContextEntry.BYTES;
    if (!words.answers(at)) {
      return Optional.of(DmarFault.CONTEXT_TABLE);
    }
    low = words.read(at);
    high = words.read(at + Long.BYTES);
    return ContextEntry.isPresent(low)
        ? Optional.empty()
        : Optional.of(DmarFault.CONTEXT_NOT_PRESENT);
  }

  long low() {
    return low;
  }

  long high() {
    return high;
  }

  @Override
  public void close() {
    contexts.values().forEach(words::free);
    contexts.clear();
    dids.clear();
    if (root != TableWords.NONE) {
      words.free(root);
      root = TableWords.NONE;
    }
  }
}
