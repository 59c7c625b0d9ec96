package org.bufferyard.platform.yard;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Every mapping and allocation that is live, so that the yard can undo it without whoever made it.
 * Engine thread only.
 */
@ProviderType
public interface MappingLedger {

  /** What an entry stands for. */
  enum Kind {
    COHERENT,
    NONCONTIGUOUS,
    SINGLE,
    RESOURCE,
    SCATTER_GATHER,
    /** IOVAs that were allocated on their own, and what is linked into them (C12). */
    IOVA_RANGE,
    /** A coherent allocation of one device mapped for another (P4). */
    COHERENT_REMAP
  }

  /**
   * One live entry. Compared by identity.
   *
   * @param device id
   * @param dma first address
   * @param undo gives everything back without the plug-in that made it; runs at most once
   */
  record Entry(Kind kind, String device, long dma, long sizeBytes, Runnable undo) {
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  void add(Entry entry);

  /** Removes an entry without running its undo; false when it is not there. */
  boolean remove(Entry entry);

  /** The entry that starts at that address of that device. */
  Optional<Entry> find(String device, long dma);

  /** Entries of a device, oldest first. */
  List<Entry> of(String device);

  /** Number of live entries. */
  int size();

  /** Undoes and removes all entries of a device, newest first; how many. */
  int undo(String device);
}
