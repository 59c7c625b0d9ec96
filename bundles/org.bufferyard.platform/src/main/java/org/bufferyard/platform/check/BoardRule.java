package org.bufferyard.platform.check;

import java.util.List;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.annotation.versioning.ProviderType;

/** A rule over a board as such. A service: stateless, safe for any thread. */
@ProviderType
public interface BoardRule {
  List<Finding> check(PlatformSpec board, KernelProfile kernel);
}
