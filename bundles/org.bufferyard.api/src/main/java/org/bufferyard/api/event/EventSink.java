package org.bufferyard.api.event;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Where events go. Only the yard's engine thread writes.
 *
 * <p>A caller on a hot path asks {@link #on()} first, so that with nobody listening an event costs
 * one branch.
 */
@ProviderType
public interface EventSink {
  /** Whether anybody reads. */
  boolean on();

  /** Appends an event; without a reader it is dropped. */
  void emit(DmaEvent event);
}
