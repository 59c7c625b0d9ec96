package org.bufferyard.platform.conform;

import org.osgi.annotation.versioning.ProviderType;

/** Replays recorded kernels through the ordinary engine. A service; safe for any thread. */
@ProviderType
public interface Conformance {
  ConformReport run(ConformRequest request);
}
