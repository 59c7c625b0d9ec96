package org.bufferyard.platform.yard;

import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.annotation.versioning.ProviderType;

/** Opens yards. A service; safe for any thread. */
@ProviderType
public interface Yards {
  /**
   * A fresh yard on a board. Kinds are chosen from the registry now and stay for the yard's life
   * unless it is told to swap.
   *
   * @throws org.bufferyard.platform.input.BadInputException when the board needs a kind that no
   *     plug-in brings
   */
  Yard open(PlatformSpec spec, YardOptions options);

  /**
   * The same, but each kind is chosen once: what one yard got, the later ones get, whoever comes or
   * goes meanwhile. For an answer that takes several yards; to be dropped with it.
   */
  Yards frozen();
}
