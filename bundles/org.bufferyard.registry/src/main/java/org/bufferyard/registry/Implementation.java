package org.bufferyard.registry;

import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentConstants;

/**
 * Whose code a service runs. It stays the same whatever becomes of the service's properties and
 * however often it is registered again, until its bundle is updated.
 *
 * @param bundle its id, which the framework never gives twice; -1: it left
 * @param revision when the bundle was installed or last updated, ms; of none, the service's own id
 * @param component its name; empty where no component brings the service
 * @param instance of a component that is made once a configuration, which; of a service without
 *     component its own id, since nobody else knows what it was made with; else empty
 */
record Implementation(long bundle, long revision, String component, String instance) {
  static Implementation of(ServiceReference<?> reference, long serviceId) {
    Bundle bundle = reference.getBundle();
    long id = bundle == null ? -1 : bundle.getBundleId();
    long revision = bundle == null ? serviceId : bundle.getLastModified();
    if (!(reference.getProperty(ComponentConstants.COMPONENT_NAME) instanceof String component)) {
      return new Implementation(id, revision, "", Long.toString(serviceId));
    }
    String instance =
        reference.getProperty("service.factoryPid") == null
            ? ""
            : String.join(",", Candidate.strings(reference.getProperty(Constants.SERVICE_PID)));
    return new Implementation(id, revision, component, instance);
  }
}
