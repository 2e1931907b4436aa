"""What all stages use: params, artefacts, metrics, storage and the runtime. It imports no stage."""
