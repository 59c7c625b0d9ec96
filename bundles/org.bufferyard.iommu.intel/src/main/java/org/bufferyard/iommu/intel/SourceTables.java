package org.bufferyard.iommu.intel;

/**
 * The tables that say which requester is translated how, as the driver writes them: {@link
 * LegacyTables} or {@link ScalableTables}. They only write; invalidating what the hardware has read is
 * the caller's. Engine thread only.
 */
sealed interface SourceTables extends AutoCloseable permits LegacyTables, ScalableTables {
  /** What belongs into RTADDR; {@link TableWords#NONE} before the first device. */
  long rootAddress();

  /** Makes the tables for a requester; false without memory. */
  boolean hasRoomFor(Requester requester);

  /** Has a requester, for which there is room, translated by a domain's table. */
  void translate(Requester requester, PageTable table, int did);

  void passThrough(Requester requester, int did);

  /** Clears a requester's entry. */
  void clear(Requester requester);

  /** Takes away what is there for a device alone; whether that was anything. */
  boolean release(int source);

  @Override
  void close();
}
