package org.bufferyard.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.util.promise.Promise;

/** SCR's own view without SCR: what a test puts in. */
final class HandMadeRuntime implements ServiceComponentRuntime {
  private final Map<ComponentDescriptionDTO, List<ComponentConfigurationDTO>> components =
      new LinkedHashMap<>();

  boolean enabled = true;

  HandMadeRuntime with(ComponentDescriptionDTO component, ComponentConfigurationDTO... all) {
    components.put(component, new ArrayList<>(List.of(all)));
    return this;
  }

  @Override
  public Collection<ComponentDescriptionDTO> getComponentDescriptionDTOs(Bundle... bundles) {
    return components.keySet();
  }

  @Override
  public ComponentDescriptionDTO getComponentDescriptionDTO(Bundle bundle, String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Collection<ComponentConfigurationDTO> getComponentConfigurationDTOs(
      ComponentDescriptionDTO description) {
    return components.get(description);
  }

  @Override
  public boolean isComponentEnabled(ComponentDescriptionDTO description) {
    return enabled;
  }

  @Override
  public Promise<Void> enableComponent(ComponentDescriptionDTO description) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Promise<Void> disableComponent(ComponentDescriptionDTO description) {
    throw new UnsupportedOperationException();
  }
}
