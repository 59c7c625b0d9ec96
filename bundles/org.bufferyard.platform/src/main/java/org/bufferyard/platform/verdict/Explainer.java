package org.bufferyard.platform.verdict;

import org.osgi.annotation.versioning.ProviderType;

/** Answers by running the share on the engine. A service; safe for any thread. */
@ProviderType
public interface Explainer {
  ShareReport explain(ShareQuestion question);

  /** Asks for all pairs of devices; what would change a verdict is not tried. */
  MatrixReport matrix(MatrixQuestion question);
}
