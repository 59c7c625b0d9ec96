package org.bufferyard.scenario.share;

import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.memory.SgTable;

/** How an importing driver gets at a buffer. Engine thread only. */
sealed interface Passage permits BufferPassage, RegisterPassage {
  /** 0, or the errno that the driver gets. */
  int attach();

  SgResult map(DmaDirection direction);

  void unmap(SgTable table, DmaDirection direction);

  void detach();

  /** 0, or the errno of a wait that only a signal ends. */
  int waitForWriters();

  long sizeBytes();
}
