package org.bufferyard.platform.yard;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The flush queue of a DMA-FQ domain ({@code struct iova_fq}, D11): IOVA ranges whose translation is
 * gone from the table, while caches may still answer from it. Engine thread only.
 */
@ProviderType
public interface FlushQueue {
  /**
   * queue_iova(). A full queue is flushed first; the first range of a queue starts its timer.
   *
   * @param pfn first frame, in the domain's granule
   */
  void add(long pfn, long pages);

  /** Flushes the caches and gives every waiting range back. */
  void flush();

  /** Frames that wait, as they were requested. */
  long pages();
}
