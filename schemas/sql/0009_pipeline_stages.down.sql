DROP TABLE crm.pipeline_stages;
