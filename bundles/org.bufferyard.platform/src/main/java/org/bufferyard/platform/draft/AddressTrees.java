package org.bufferyard.platform.draft;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Opens devicetrees for questions about addresses. A service; stateless, safe for any thread. */
@ProviderType
public interface AddressTrees {
  /**
   * @throws org.bufferyard.platform.input.BadInputException when it is no devicetree blob
   */
  AddressTree open(Path blob);

  /**
   * The same for a blob in memory.
   *
   * @param name for complaints
   */
  AddressTree open(byte[] blob, String name);
}
